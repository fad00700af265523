import desk from '@/shared/locales/en/desk.json'
import home from '@/shared/locales/en/desk/home.json'
import problems from '@/shared/locales/en/problems.json'
import shared from '@/shared/locales/en/shared.json'

export default { ...shared, problems, ...desk, home }
