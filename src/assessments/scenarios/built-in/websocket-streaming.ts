import type { Scenario } from '../scenario.ts'

export const websocketStreaming: Scenario = {
  name: 'WebSocket streaming',
  about: 'streams of medium-sized messages over long-lived connections',
  needs: ['websocket'],
  rate: 50,
  durationMs: 60_000,
  plan: ({ rate, durationMs }, { websocket }) => ({
    ...(websocket !== undefined && { target: websocket }),
    // Required because a target function does not imply a protocol.
    protocol: 'websocket',
    rate,
    duration: durationMs,
    messageSize: 'medium',
    workload: 'stream',
    connection: 'long-lived',
  }),
}
