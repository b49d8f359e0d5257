/** Renders a chart of Apache ECharts, without a browser, as the source of an SVG image. Sizes in pixels. */
export function svgOf(option: object, size: { readonly width: number; readonly height: number }): string
