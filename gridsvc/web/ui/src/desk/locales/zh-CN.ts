import desk from '@/shared/locales/zh-CN/desk.json'
import home from '@/shared/locales/zh-CN/desk/home.json'
import issue from '@/shared/locales/zh-CN/desk/issue.json'
import ledger from '@/shared/locales/zh-CN/desk/ledger.json'
import month from '@/shared/locales/zh-CN/desk/month.json'
import password from '@/shared/locales/zh-CN/desk/password.json'
import quarantine from '@/shared/locales/zh-CN/desk/quarantine.json'
import trace from '@/shared/locales/zh-CN/desk/trace.json'
import week from '@/shared/locales/zh-CN/desk/week.json'
import words from '@/shared/locales/zh-CN/desk/words.json'
import problems from '@/shared/locales/zh-CN/problems.json'
import shared from '@/shared/locales/zh-CN/shared.json'

export default { ...shared, problems, ...desk, home, issue, ledger, month, password, quarantine, trace, week, words }
