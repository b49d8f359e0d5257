/** The script of the page. The page contains its source, so it refers to nothing outside itself. */
export function pageScript(): void
