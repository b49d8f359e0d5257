// JavaScript, because the types of this library need those of a browser. `echarts.d.ts` declares what is used here.
// The library in one file, which loads ten times faster than its hundreds of modules; the build replaces it by
// `echarts-parts.js`, which has only the used parts.
import { init } from 'echarts/dist/echarts.esm.min.mjs'

export function svgOf(option, size) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption(option)
    return chart.renderToSVGString({ useViewBox: true })
  } finally {
    chart.dispose()
  }
}
