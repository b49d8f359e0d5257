import { describe } from 'vitest'
import { httpConformance } from './http.case.ts'
import { connectSocket } from './socket-connection.ts'
import { connectUndici } from './undici-connection.ts'

describe('HTTP on the short path', () => {
  httpConformance(connectSocket, { refusesContinue: false, takesResetForEnd: false })
})

describe('HTTP by undici', () => {
  httpConformance(connectUndici, { refusesContinue: true, takesResetForEnd: true })
})
