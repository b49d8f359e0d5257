// One line registers an artifact. An artifact without content for a run is not written.
import type { Artifact } from '../model/record.ts'
import { jsonArtifact } from './json-artifact.ts'
import { LOAD_SUITE } from './run-records.ts'

export { capacityReport } from './capacity-report.ts'
export { htmlReport } from './html-report.ts'
export { limitsReport } from './limits-report.ts'
export { mcpStressReport } from './mcp-stress-report.ts'
export { protocolsReport } from './protocols-report.ts'
export { scenariosReport } from './scenarios-report.ts'
export { summary } from './summary.ts'
export { verdictsJson } from './verdicts-json.ts'

export const capacityJson: Artifact = jsonArtifact('capacity', 'capacity_planning.json')
export const limitsJson: Artifact = jsonArtifact('limits', 'limits_test.json')
export const loadTestsJson: Artifact = jsonArtifact(LOAD_SUITE, 'load_test_results.json')
export const mcpStressJson: Artifact = jsonArtifact('mcp-stress', 'mcp_stress_test.json')
export const protocolsJson: Artifact = jsonArtifact('protocols', 'protocol_comparison.json')
export const scenariosJson: Artifact = jsonArtifact('scenarios', 'scenario_results.json')
export const unitJson: Artifact = jsonArtifact('unit', 'unit_results.json')
