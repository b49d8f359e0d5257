/** What the load test sends its requests to. */
export interface Service {
  /** Words of the command that starts it; undefined if it runs already. */
  readonly command: readonly string[] | undefined
  /** Its URL without a path; `{port}` is a free port, which the command gets in `PORT`. */
  readonly origin: string
  /** Path that the test requests. */
  readonly path: string
  /** A host other than this machine, which must be allowed to receive load. */
  readonly allowedHost: string | undefined
}

export interface LoadTestOptions {
  /** Module with the helpers: `describe-load/vitest`. */
  readonly entry: string
  /** The file uses `require`, because Jest reads it as CommonJS. */
  readonly isCommonJs: boolean
  /** Name of the service, for the names of the tests. */
  readonly name: string
  readonly service: Service
}

/** Returns a file with one load test of a service, with a load that any service should bear. */
export function loadTestFile({ entry, isCommonJs, name, service }: LoadTestOptions): string {
  const { command, origin, path, allowedHost } = service
  const names = '{ describeLoad, expect, loadTest }'
  const lines = [
    isCommonJs ? `const ${names} = require(${string(entry)})` : `import ${names} from ${string(entry)}`,
    '',
    ...(command === undefined
      ? ['// The service must be running.', `const target = ${string(origin)}`]
      : [
          '// describe-load starts the service, waits until it responds, and stops it afterwards.',
          ...(origin.includes('{port}')
            ? ['// `{port}` is a free port, which the command gets in the environment variable PORT.']
            : []),
          `const target = {`,
          `  command: [${command.map(string).join(', ')}],`,
          `  url: ${string(origin)},`,
          '}',
        ]),
    '',
    ...(allowedHost === undefined
      ? []
      : [
          '// Only this machine may receive load, unless a plan allows another host. Load only what you are allowed to load.',
        ]),
    `describeLoad(${string(name)}, { target${allowedHost === undefined ? '' : `, allowHosts: [${string(allowedHost)}]`} }, () => {`,
    '  // 200 requests in 10 s are enough for a p95. Next, use the rate of your busiest minute, and the requests of your users:',
    '  // headers, bodies, several requests, logins: https://www.npmjs.com/package/describe-load',
    `  loadTest(${string(`responds to GET ${path}`)}, { rate: 20, duration: '10s', request: { path: ${string(path)} } }, ({ result }) => {`,
    '    expect(result).toHaveNoErrors()',
    '    expect(result).toHaveP95Below(500) // ms, from the time when a request should start',
    '  })',
    '})',
  ]
  return `${lines.join('\n')}\n`
}

function string(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
}
