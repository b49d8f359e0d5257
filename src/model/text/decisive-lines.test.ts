import { expect, test } from 'vitest'
import { decisiveLines } from './decisive-lines.ts'

test.each<[string, string, readonly string[]]>([
  [
    'Node.js: a module is missing',
    `node:internal/modules/cjs/loader:1568
  throw err;
  ^

Error: Cannot find module '/app/nope.mjs'
    at Module._resolveFilename (node:internal/modules/cjs/loader:1564:15)
    at node:internal/main/run_main_module:33:47 {
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}

Node.js v24.21.0`,
    ["Error: Cannot find module '/app/nope.mjs'"],
  ],
  [
    'Node.js: an error with a code, in a package',
    `Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'expresss' imported from /app/server.mjs
    at packageResolve (node:internal/modules/esm/resolve:784:25) {
  code: 'ERR_MODULE_NOT_FOUND'
}`,
    ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'expresss' imported from /app/server.mjs"],
  ],
  [
    'Node.js: an exception in the own code, with a cause',
    `file:///app/db.mjs:2
    throw new Error('no database', { cause })
          ^

Error: no database
    at Pool.connect (/app/node_modules/pg/index.js:9:3)
    at boot (file:///app/db.mjs:2:33)
    at ModuleJob.run (node:internal/modules/esm/module_job:561:25) {
  [cause]: Error: connect ECONNREFUSED 127.0.0.1:5432
      at TCPConnectWrap.afterConnect (node:net:1637:16) {
    errno: -111,
  }
}`,
    [
      'Error: no database',
      '  at boot (file:///app/db.mjs:2:33)',
      '[cause]: Error: connect ECONNREFUSED 127.0.0.1:5432',
    ],
  ],
  [
    'Node.js: a port in use',
    `node:events:497
      throw er; // Unhandled 'error' event
      ^

Error: listen EADDRINUSE: address already in use 127.0.0.1:3000
    at Server.setupListenHandle [as _listen2] (node:net:1940:16)
Emitted 'error' event on Server instance at:
    at emitErrorNT (node:net:2416:8) {
  code: 'EADDRINUSE',
}`,
    ['Error: listen EADDRINUSE: address already in use 127.0.0.1:3000'],
  ],
  [
    'Python',
    `Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    f()
  File "/app/main.py", line 2, in f
    raise RuntimeError('DATABASE_URL is not set')
RuntimeError: DATABASE_URL is not set`,
    ['RuntimeError: DATABASE_URL is not set', '  File "/app/main.py", line 2, in f'],
  ],
  [
    'Python: an exception without "Error" in its name',
    `Traceback (most recent call last):
  File "/app/main.py", line 2, in <module>
    load()
app.settings.Incomplete: SECRET is missing`,
    ['app.settings.Incomplete: SECRET is missing', '  File "/app/main.py", line 2, in <module>'],
  ],
  [
    'Java',
    `Exception in thread "main" java.lang.IllegalStateException: context failed
\tat org.example.App.start(App.java:12)
\tat org.example.App.main(App.java:5)
Caused by: java.net.BindException: Address already in use
\tat java.base/sun.nio.ch.Net.bind0(Native Method)
\tat org.example.App.listen(App.java:31)
\t... 12 more`,
    ['Caused by: java.net.BindException: Address already in use', '  at org.example.App.listen(App.java:31)'],
  ],
  [
    '.NET',
    `Unhandled exception. System.IO.IOException: Failed to bind to address http://127.0.0.1:5000.
   at Microsoft.AspNetCore.Server.Kestrel.Bind()
   at Program.<Main>$(String[] args) in /app/Program.cs:line 4`,
    [
      'Unhandled exception. System.IO.IOException: Failed to bind to address http://127.0.0.1:5000.',
      '  at Program.<Main>$(String[] args) in /app/Program.cs:line 4',
    ],
  ],
  [
    'Go',
    `starting
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1]

goroutine 1 [running]:
main.main()
\t/app/main.go:9 +0x18
exit status 2`,
    ['panic: runtime error: invalid memory address or nil pointer dereference'],
  ],
  [
    'Rust',
    `thread 'main' panicked at src/main.rs:4:5:
DATABASE_URL must be set
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`,
    ["thread 'main' panicked at src/main.rs:4:5:", 'DATABASE_URL must be set'],
  ],
  [
    'Ruby',
    `app.rb:1:in 'Kernel#require': cannot load such file -- sinatraa (LoadError)
\tfrom app.rb:1:in '<main>'`,
    ["app.rb:1:in 'Kernel#require': cannot load such file -- sinatraa (LoadError)"],
  ],
  [
    'npm',
    `npm error Missing script: "strat"
npm error
npm error To see a list of scripts, run:
npm error   npm run
npm error A complete log of this run can be found in: /root/.npm/_logs/x.log`,
    ['npm error Missing script: "strat"'],
  ],
  ['a log', 'listening\n[12:00:01] ERROR: cannot open /data\nbye', ['[12:00:01] ERROR: cannot open /data']],
  ['no error', 'no database\nat localhost\n0 errors, 2 warnings', []],
  ['nothing', '', []],
])('finds the decisive lines: %s', (_, output, expected) => {
  expect(decisiveLines(output)).toEqual(expected)
})

test('shortens a line', () => {
  expect(decisiveLines(`Error: ${'x'.repeat(1_000)}`)[0]).toHaveLength(300)
})
