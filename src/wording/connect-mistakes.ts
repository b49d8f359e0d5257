import type { ConnectMistake } from '../model/connect-error.ts'
import { optionWords } from './option-words.ts'

/** Returns what to change in the plan or on the command line. `url`: the target as the plan has it. */
export function connectRemedy(mistake: ConnectMistake, url: URL): string {
  switch (mistake) {
    case 'untrusted-certificate':
      return optionWords({
        plan:
          "trust its certificate with tls: { ca: readFileSync('ca.pem', 'utf8') }, or accept any certificate with " +
          'tls: { rejectUnauthorized: false }',
        command: 'trust its certificate with --tls-ca ca.pem, or accept any certificate with --insecure',
      })
    case 'certificate-name':
      return optionWords({
        plan: "write the target with a name of the certificate, or name it with tls: { servername: 'example.com' }",
        command: 'write the URL with a name of the certificate, or accept the certificate with --insecure',
      })
    case 'certificate-date':
      return `renew the certificate and check the clock, or accept it with ${optionWords({
        plan: 'tls: { rejectUnauthorized: false }',
        command: '--insecure',
      })}`
    case 'no-tls':
      return writeTarget(withoutTls(url))
    case 'tls':
      return `the server speaks TLS on this port: ${writeTarget(withTls(url))}`
    case 'no-credentials':
      return optionWords({
        plan: "send credentials with headers: { authorization: 'Bearer …' }",
        command: "send credentials with -H 'authorization: Bearer …'",
      })
    case 'wrong-path':
      return `check the path of the target: ${url.pathname}`
  }
}

function writeTarget(url: string): string {
  return optionWords({ plan: `write target: '${url}'`, command: `use ${url}` })
}

/** Returns the URL with the scheme for TLS. */
export function withTls(url: URL): string {
  const scheme = url.protocol === 'tcp:' ? 'tls:' : url.protocol.replace(/:$/, 's:')
  return url.href.replace(url.protocol, scheme)
}

function withoutTls(url: URL): string {
  const scheme = url.protocol === 'tls:' ? 'tcp:' : url.protocol.replace(/s:$/, ':')
  return url.href.replace(url.protocol, scheme)
}
