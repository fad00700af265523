/** The texts of the first load; those of the other pages are in pages.ts. */
import phone from '@/shared/locales/zh-CN/phone.json'
import parts from '@/shared/locales/zh-CN/phone/parts.json'
import today from '@/shared/locales/zh-CN/phone/today.json'
import shared from '@/shared/locales/zh-CN/shared.json'

export default { ...shared, ...phone, parts, today }
