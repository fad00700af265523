import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vite'
import { client, path } from './vite/common.ts'

export default defineConfig(
  client('desk', [Components({ dirs: [], dts: path('src/desk/components.d.ts'), resolvers: [ElementPlusResolver()] })]),
)
