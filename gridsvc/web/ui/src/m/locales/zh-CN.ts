import phone from '@/shared/locales/zh-CN/phone.json'
import me from '@/shared/locales/zh-CN/phone/me.json'
import records from '@/shared/locales/zh-CN/phone/records.json'
import problems from '@/shared/locales/zh-CN/problems.json'
import shared from '@/shared/locales/zh-CN/shared.json'

export default { ...shared, problems, ...phone, me, records }
