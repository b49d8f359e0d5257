/** Types of the browser that the declarations of Playwright name. Code of describe-load runs in Node, without them. */
interface Node {}
interface HTMLElement extends Node {}
interface SVGElement extends Node {}
interface HTMLElementTagNameMap {}
