import { VantResolver } from '@vant/auto-import-resolver'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'
import { client, outDir, path } from './vite/common.ts'
import { pwa } from './vite/pwa.ts'
import { vantFont } from './vite/vant-font.ts'

const manifest = {
  id: '/m/',
  name: '网格巡查',
  short_name: '网格巡查',
  lang: 'zh-CN',
  start_url: '/m/',
  scope: '/m/',
  display: 'standalone',
  orientation: 'portrait',
  theme_color: '#0e4f63',
  background_color: '#f2f5f6',
  icons: [
    { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
    { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any maskable' },
  ],
}

export default defineConfig(
  client(
    'm',
    [vantFont(), Components({ dirs: [], dts: path('src/m/components.d.ts'), resolvers: [VantResolver()] })],
    [pwa(outDir('m'), manifest)],
  ),
)
