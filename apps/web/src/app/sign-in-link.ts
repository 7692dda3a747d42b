/** Links that sign a browser in. */

/** The address to go to for a pasted link of this server; `undefined` for anything else. */
export function linkSecret(pasted: string, baseUri: string): string | undefined {
  if (!URL.canParse(pasted)) return undefined
  const [link, base] = [new URL(pasted), new URL(".", baseUri)]
  const isOurs = link.origin === base.origin && link.pathname.startsWith(base.pathname) && /^https?:$/.test(link.protocol)
  return isOurs ? link.href : undefined
}
