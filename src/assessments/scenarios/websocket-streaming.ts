import type { Scenario } from './scenario.ts'

export const websocketStreaming: Scenario = {
  name: 'WebSocket streaming',
  about: 'streams of messages of medium size over connections that stay',
  needs: ['websocket'],
  rate: 50,
  durationMs: 60_000,
  plan: ({ rate, durationMs }, { websocket }) => ({
    ...(websocket !== undefined && { target: websocket }),
    // A target may be a function, which does not say what it speaks.
    protocol: 'websocket',
    rate,
    duration: durationMs,
    messageSize: 'medium',
    workload: 'stream',
    connection: 'long-lived',
  }),
}
