import desk from '@/shared/locales/zh-CN/desk.json'
import home from '@/shared/locales/zh-CN/desk/home.json'
import problems from '@/shared/locales/zh-CN/problems.json'
import shared from '@/shared/locales/zh-CN/shared.json'

export default { ...shared, problems, ...desk, home }
