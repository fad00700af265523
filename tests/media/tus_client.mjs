// Uploads one file with tus-js-client, as told in JSON, and tells in JSON lines what happens.
// Before the piece `pause_at` it says so and waits for a line, so that something can be killed.
import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const told = JSON.parse(process.argv[2])
const require = createRequire(told.packages)
const { Upload } = require('tus-js-client')
const { FileUrlStorage } = require('tus-js-client/lib.es5/node/urlStorage.js')

const lines = createInterface({ input: process.stdin })
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`)
const go = () => new Promise((resolve) => lines.once('line', resolve))
let pieces = 0

const upload = new Upload(createReadStream(told.file), {
  endpoint: told.endpoint,
  chunkSize: told.piece,
  uploadDataDuringCreation: told.at_once ?? false,
  retryDelays: told.retry_delays ?? [],
  urlStorage: new FileUrlStorage(told.remembers),
  storeFingerprintForResuming: true,
  metadata: { sha256: told.sha256, filetype: 'image/jpeg', filename: 'photo.jpg' },
  headers: { Authorization: told.authorization },
  async onBeforeRequest(request) {
    if (request.getMethod() !== 'PATCH') return
    pieces += 1
    if (told.checksum) request.setHeader('Upload-Checksum', told.checksum)
    if (pieces === told.pause_at) {
      say({ event: 'paused' })
      await go()
    }
  },
  onAfterResponse(request, response) {
    say({
      event: 'answer', method: request.getMethod(), status: response.getStatus(),
      offset: response.getHeader('Upload-Offset'), receipt: response.getHeader('Media-Receipt'),
      expires: response.getHeader('Upload-Expires'),
    })
  },
  onError(fault) {
    say({ event: 'error', status: fault.originalResponse?.getStatus(), what: fault.message })
    process.exit(1)
  },
  onSuccess() {
    say({ event: 'done', url: upload.url })
    process.exit(0)
  },
})

const earlier = await upload.findPreviousUploads()
say({ event: 'begun', earlier: earlier.length })
if (earlier.length) upload.resumeFromPreviousUpload(earlier[0])
upload.start()
