import { expect, test } from 'vitest'
import { SocketBytes } from './socket-bytes.ts'

/** A line of `ss -tineO` about the connection of a client on port 40000. */
function line(state: string, cookie: string, counters: string): string {
  return `${state} 0 0 127.0.0.1:3000 127.0.0.1:40000 ino:0 sk:${cookie} ts sack cwnd:10 ${counters} segs_out:3 busy:4ms`
}

test('adds up the open connections and those that have closed', () => {
  const bytes = new SocketBytes()
  bytes.listed([
    line('ESTAB', '1', 'bytes_sent:1000 bytes_acked:1000 bytes_received:200'),
    line('ESTAB', '2', 'bytes_sent:50 bytes_acked:50 bytes_received:10'),
  ])
  bytes.closed(line('UNCONN', '3', 'bytes_sent:100 bytes_acked:101 bytes_received:21'))
  expect(bytes.total()).toEqual({ bytesIn: 230, bytesOut: 1_150 })
})

test('counts a connection once that was listed before it closed, or is listed afterwards', () => {
  const bytes = new SocketBytes()
  bytes.listed([line('ESTAB', 'a', 'bytes_sent:40 bytes_acked:40 bytes_received:4')])
  bytes.closed(line('UNCONN', 'a', 'bytes_sent:100 bytes_acked:101 bytes_received:11'))
  bytes.listed([line('ESTAB', 'a', 'bytes_sent:90 bytes_acked:90 bytes_received:9')])
  expect(bytes.total()).toEqual({ bytesIn: 10, bytesOut: 100 })
})

test('subtracts retransmissions, and the end of the connection that the kernel counts as a byte', () => {
  const bytes = new SocketBytes()
  bytes.listed([line('CLOSE-WAIT', '1', 'bytes_sent:3000 bytes_retrans:1000 bytes_acked:2000 bytes_received:17')])
  expect(bytes.total()).toEqual({ bytesIn: 16, bytesOut: 2_000 })
  // The listening socket has no counters.
  bytes.closed('UNCONN 0 511 127.0.0.1:3000 0.0.0.0:* ino:0 sk:2 cgroup:/ <->')
  expect(bytes.total()).toEqual({ bytesIn: 16, bytesOut: 2_000 })
})

test('notices a kernel that does not count bytes sent', () => {
  const bytes = new SocketBytes()
  bytes.listed([line('ESTAB', '1', 'bytes_acked:2')])
  expect(bytes.countsSent).toBe(true)
  bytes.listed([line('ESTAB', '1', 'bytes_acked:512 bytes_received:17')])
  expect(bytes.countsSent).toBe(false)
})
