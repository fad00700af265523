export { uuid7 } from '@/shared/ids'
