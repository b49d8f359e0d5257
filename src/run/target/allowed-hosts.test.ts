import { describe, expect, it } from 'vitest'
import { isAllowedHost } from './allowed-hosts.ts'
import type { HostAddress } from './allowed-hosts.ts'

const addressed = (...addresses: readonly string[]): readonly HostAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('isAllowedHost returns true', () => {
  it.each([
    ['127.0.0.1', addressed('127.0.0.1'), []],
    ['127.9.9.9', addressed('127.9.9.9'), []],
    ['::1', addressed('::1'), []],
    ['::ffff:7f00:1', addressed('::ffff:7f00:1'), []],
    ['localhost', addressed('::1', '127.0.0.1'), []],
    ['10.1.2.3', addressed('10.1.2.3'), ['10.1.2.3']],
    ['10.1.2.3', addressed('10.1.2.3'), ['10.0.0.0/8']],
    ['fd00::5', addressed('fd00::5'), ['fd00::/8']],
    ['a.test', addressed('10.1.2.3', '127.0.0.1'), ['10.0.0.0/8']],
    ['staging.example.com', addressed('192.0.2.7'), ['staging.example.com']],
    ['Staging.Example.com.', addressed('192.0.2.7'), ['staging.example.com']],
    ['a.b.example.com', addressed('192.0.2.7'), ['*.example.com']],
    ['xn--bcher-kva.de', addressed('192.0.2.7'), ['bücher.de']],
  ])('%s at %j with allowHosts %j', (host, addresses, allowHosts) => {
    expect(isAllowedHost(host, addresses, allowHosts)).toBe(true)
  })
})

describe('isAllowedHost returns false', () => {
  it.each([
    ['10.1.2.3', addressed('10.1.2.3'), []],
    ['128.0.0.1', addressed('128.0.0.1'), []],
    ['0.0.0.0', addressed('0.0.0.0'), []],
    ['::', addressed('::'), []],
    ['::ffff:a01:203', addressed('::ffff:a01:203'), []],
    // Only the name contains localhost.
    ['localhost.example.com', addressed('192.0.2.7'), []],
    // One of its addresses is not loopback, and either of them could be used.
    ['a.test', addressed('127.0.0.1', '192.0.2.7'), []],
    ['11.0.0.1', addressed('11.0.0.1'), ['10.0.0.0/8']],
    ['example.com', addressed('192.0.2.7'), ['*.example.com']],
    ['notexample.com', addressed('192.0.2.7'), ['*.example.com', 'example.com']],
    ['a.test', [], []],
  ])('%s at %j with allowHosts %j', (host, addresses, allowHosts) => {
    expect(isAllowedHost(host, addresses, allowHosts)).toBe(false)
  })
})
