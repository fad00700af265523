/**
 * How grids and enterprises look on the desk's map, drawn from the theme. A state is a fill AND a mark:
 * wait is dotted, bad is solid dark with its number, silence is hatched, so that grey print still tells them.
 */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import { token } from './tokens'

export type GridState = 'ok' | 'wait' | 'bad' | 'none'
export interface Shown { state: GridState; note?: string }
/** By grid id. A grid that is not named here is drawn plain. */
export type Shows = Record<string, Shown>

const ID: ExpressionSpecification = ['get', 'id']
const HIGHEST_TILE_ZOOM = 14

const tiles = (layer: string): SourceSpecification => ({ type: 'vector', tiles: [`${location.origin}/tiles/${layer}/{z}/{x}/{y}.mvt`], maxzoom: HIGHEST_TILE_ZOOM })

export const idsIn = (shows: Shows, ...states: GridState[]): string[] =>
  Object.keys(shows).filter((id) => states.includes(shows[id]!.state))

export const among = (ids: string[]): FilterSpecification => ['in', ID, ['literal', ids]]

/** A value by grid, with one for the rest. (An empty `match` is not allowed.) */
function byGrid<T extends string>(shows: Shows, value: (shown: Shown) => T, rest: T): ExpressionSpecification | T {
  const pairs = Object.entries(shows).flatMap(([id, shown]) => [id, value(shown)])
  return pairs.length ? (['match', ID, ...pairs, rest] as unknown as ExpressionSpecification) : rest
}

export function fillColour(shows: Shows): ExpressionSpecification | string {
  const colours: Record<GridState, string> = { ok: token('--g-ok-map'), wait: token('--g-wait-map'), bad: token('--g-bad-map'), none: token('--g-none-map') }
  return byGrid(shows, ({ state }) => colours[state], token('--g-card'))
}

export function labelText(shows: Shows): ExpressionSpecification {
  const note = byGrid(shows, (shown) => (shown.note ? `\n${shown.note}` : ''), '')
  return ['concat', ['get', 'name'], note]
}

export const labelColour = (shows: Shows): ExpressionSpecification | string => byGrid(shows, ({ state }) => (state === 'bad' ? '#ffffff' : token('--g-ink')), token('--g-ink'))
export const labelHalo = (shows: Shows): ExpressionSpecification | string => byGrid(shows, ({ state }) => (state === 'bad' ? token('--g-bad') : '#ffffff'), '#ffffff')

export function style(shows: Shows, selected: string, level: number): StyleSpecification {
  const grids: FilterSpecification = ['==', ['get', 'level'], level]
  return {
    version: 8,
    sources: { grids: tiles('grids'), grid_labels: tiles('grid_labels'), enterprises: tiles('enterprises') },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': token('--g-page') } },
      { id: 'fill', type: 'fill', source: 'grids', 'source-layer': 'grids', filter: grids, paint: { 'fill-color': fillColour(shows) } },
      pattern('wait', shows),
      pattern('none', shows),
      { id: 'edge', type: 'line', source: 'grids', 'source-layer': 'grids', filter: grids, paint: { 'line-color': token('--g-map-edge'), 'line-width': 0.9 } },
      { id: 'outline', type: 'line', source: 'grids', 'source-layer': 'grids', filter: ['<', ['get', 'level'], level], paint: { 'line-color': token('--g-ink'), 'line-width': 2 } },
      { id: 'selected', type: 'line', source: 'grids', 'source-layer': 'grids', filter: among([selected]), paint: { 'line-color': token('--g-ink'), 'line-width': 4 } },
      ...enterprises(),
      names(shows, grids),
    ],
  }
}

const pattern = (state: 'wait' | 'none', shows: Shows): LayerSpecification => ({
  id: `pattern-${state}`, type: 'fill', source: 'grids', 'source-layer': 'grids', filter: among(idsIn(shows, state)), paint: { 'fill-pattern': state },
})

const names = (shows: Shows, filter: FilterSpecification): LayerSpecification => ({
  id: 'names', type: 'symbol', source: 'grid_labels', 'source-layer': 'grid_labels', filter,
  layout: { 'text-field': labelText(shows), 'text-size': 13, 'text-font': ['sans-serif'], 'text-line-height': 1.15, 'text-padding': 1 },
  paint: { 'text-color': labelColour(shows), 'text-halo-color': labelHalo(shows), 'text-halo-width': 1.6 },
})

/** Clustered by the server: a point with a `point_count` stands for that many. */
function enterprises(): LayerSpecification[] {
  const from = { source: 'enterprises', 'source-layer': 'enterprises' } as const
  const many: ExpressionSpecification = ['>', ['coalesce', ['get', 'point_count'], 1], 1]
  const line = { 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 1.5 }
  return [
    { id: 'enterprise', type: 'circle', ...from, minzoom: 11, filter: ['!', many], paint: { 'circle-radius': 5, 'circle-color': token('--g-brand'), ...line } },
    { id: 'enterprises', type: 'circle', ...from, minzoom: 11, filter: many, paint: { 'circle-radius': 12, 'circle-color': token('--g-brand'), ...line } },
    { id: 'enterprise-count', type: 'symbol', ...from, minzoom: 11, filter: many, layout: { 'text-field': ['to-string', ['get', 'point_count']], 'text-size': 11, 'text-font': ['sans-serif'] }, paint: { 'text-color': '#ffffff' } },
  ]
}

const TILE_PX = 16

function swatch(ground: string, draw: (canvas: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = TILE_PX
  const context = canvas.getContext('2d')!
  context.fillStyle = ground
  context.fillRect(0, 0, TILE_PX, TILE_PX)
  draw(context)
  return context.getImageData(0, 0, TILE_PX, TILE_PX)
}

/** The fills that carry a state without colour. */
export const swatches = (): Record<'wait' | 'none', ImageData> => ({
  wait: swatch(token('--g-wait-map'), (canvas) => {
    canvas.fillStyle = token('--g-map-dot')
    for (const at of [4, 12]) {
      canvas.beginPath()
      canvas.arc(at, at, 1.8, 0, 2 * Math.PI)
      canvas.fill()
    }
  }),
  none: swatch(token('--g-none-map'), (canvas) => {
    canvas.strokeStyle = token('--g-map-hatch')
    canvas.lineWidth = 2
    for (const from of [-16, -8, 0, 8, 16]) {
      canvas.beginPath()
      canvas.moveTo(from, TILE_PX)
      canvas.lineTo(from + TILE_PX, 0)
      canvas.stroke()
    }
  }),
})
