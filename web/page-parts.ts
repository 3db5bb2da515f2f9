/** Elements of the page, and what it says. */

export const element = <T extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as T
export const button = (id: string) => element<HTMLButtonElement>(id)

/** Says something to whoever looks, or listens. */
export function say(text: string): void {
  element('status').textContent = text
}
