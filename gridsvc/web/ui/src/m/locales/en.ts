import phone from '@/shared/locales/en/phone.json'
import me from '@/shared/locales/en/phone/me.json'
import records from '@/shared/locales/en/phone/records.json'
import problems from '@/shared/locales/en/problems.json'
import shared from '@/shared/locales/en/shared.json'

export default { ...shared, problems, ...phone, me, records }
