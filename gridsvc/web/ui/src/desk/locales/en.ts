import desk from '@/shared/locales/en/desk.json'
import home from '@/shared/locales/en/desk/home.json'
import issue from '@/shared/locales/en/desk/issue.json'
import ledger from '@/shared/locales/en/desk/ledger.json'
import month from '@/shared/locales/en/desk/month.json'
import password from '@/shared/locales/en/desk/password.json'
import quarantine from '@/shared/locales/en/desk/quarantine.json'
import trace from '@/shared/locales/en/desk/trace.json'
import week from '@/shared/locales/en/desk/week.json'
import words from '@/shared/locales/en/desk/words.json'
import problems from '@/shared/locales/en/problems.json'
import shared from '@/shared/locales/en/shared.json'

export default { ...shared, problems, ...desk, home, issue, ledger, month, password, quarantine, trace, week, words }
