import type { Artifact } from '../model/record.ts'
import { capacityReport } from './capacity-report.ts'
import { jsonArtifact } from './json-artifact.ts'
import { limitsReport } from './limits-report.ts'
import { mcpStressReport } from './mcp-stress-report.ts'
import { protocolsReport } from './protocols-report.ts'
import { scenariosReport } from './scenarios-report.ts'
import { OWN_TESTS } from './run-records.ts'
import { summary } from './summary.ts'

/** Every artifact, one line each. An artifact without content for a run is not written. */
export const artifacts: readonly Artifact[] = [
  jsonArtifact(OWN_TESTS, 'load_test_results.json'),
  jsonArtifact('limits', 'limits_test.json'),
  limitsReport,
  jsonArtifact('scenarios', 'scenario_results.json'),
  scenariosReport,
  jsonArtifact('capacity', 'capacity_planning.json'),
  capacityReport,
  jsonArtifact('protocols', 'protocol_comparison.json'),
  protocolsReport,
  jsonArtifact('mcp-stress', 'mcp_stress_test.json'),
  mcpStressReport,
  summary,
]
