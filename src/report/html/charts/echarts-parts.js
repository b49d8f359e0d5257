// The parts of the chart library that the report uses. The build puts them into the package (`tsdown.config.ts`).
import { BarChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, SVGRenderer])

export { init }
