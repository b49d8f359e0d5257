import type * as nodeHttp from 'node:http'

/**
 * Node's HTTP module. An `import` of its values reads all of its exports, which loads `fetch` and everything behind it:
 * some 40 ms of CPU in each thread.
 */
export const http: typeof nodeHttp = process.getBuiltinModule('node:http')
