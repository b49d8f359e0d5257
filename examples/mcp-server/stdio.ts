import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { calculator } from './calculator.ts'

await calculator().connect(new StdioServerTransport())
