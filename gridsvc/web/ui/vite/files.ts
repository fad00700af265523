import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

/** All files below a directory, relative to it, sorted, without the hidden ones. */
export function filesIn(directory: string): string[] {
  const walk = (here: string): string[] =>
    readdirSync(here, { withFileTypes: true }).flatMap((entry) => {
      if (entry.name.startsWith('.')) return []
      const path = join(here, entry.name)
      return entry.isDirectory() ? walk(path) : [relative(directory, path)]
    })
  return walk(directory).sort()
}
