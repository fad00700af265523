/** The texts of the first load; those of the other pages are in pages.ts. */
import phone from '@/shared/locales/en/phone.json'
import parts from '@/shared/locales/en/phone/parts.json'
import today from '@/shared/locales/en/phone/today.json'
import shared from '@/shared/locales/en/shared.json'

export default { ...shared, ...phone, parts, today }
