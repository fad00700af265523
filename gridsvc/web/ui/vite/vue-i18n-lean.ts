import type { Plugin } from 'vite'

const WHOLE_OF_VUE = "import * as Vue from 'vue';"
const ASKS_BY_NAME = /const key = 'currentInstance';\s*if \(key in Vue\) \{\s*return Vue\[key\];\s*\}\s*else \{\s*return Vue\.getCurrentInstance\(\);\s*\}/

/**
 * vue-i18n asks the whole of Vue by name for one function, so that nothing of Vue can be left out: 16 kB of
 * transitions, hydration and custom elements that the phone never runs. Here it asks for that function.
 */
export function vueI18nLean(): Plugin {
  return {
    name: 'vue-i18n-lean',
    enforce: 'pre',
    transform(code, id) {
      if (!/vue-i18n\/dist\/vue-i18n\.mjs/.test(id)) return undefined
      const lean = code.replace(WHOLE_OF_VUE, "import { getCurrentInstance as vueInstance } from 'vue';").replace(ASKS_BY_NAME, 'return vueInstance();')
      if (/\bVue[.[]|in Vue\)/.test(lean)) throw new Error('vue-i18n asks Vue in a new way: mend vite/vue-i18n-lean.ts')
      return { code: lean, map: null }
    },
  }
}
