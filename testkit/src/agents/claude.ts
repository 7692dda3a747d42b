/** Claude against the model server. */

/** What Claude needs to know of where the model and its home are. */
export interface ClaudePlace {
  /** Base address of a model server. */
  readonly model: string
  /** A directory for its transcripts and settings; must be that of the parent where transcripts are mirrored. */
  readonly home: string
  /** What it sends as the key. */
  readonly key?: string
  /** An OAuth token in place of a key: only then Claude tells of usage limits with their reset. */
  readonly token?: string
  /** Retries of a failed request; the program's own default is 10, with up to half a minute between them. */
  readonly retries?: number
}

/**
 * Environment of a Claude process that talks to the model server alone. It replaces the process's own environment.
 * `IS_SANDBOX` lets it take every permission mode when tests run as root.
 */
export function claudeEnvironment(place: ClaudePlace): Readonly<Record<string, string>> {
  const credential: Readonly<Record<string, string>> =
    place.token === undefined ? { ANTHROPIC_API_KEY: place.key ?? "test-key" } : { CLAUDE_CODE_OAUTH_TOKEN: place.token }
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: place.home,
    ANTHROPIC_BASE_URL: place.model,
    ...credential,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: String(place.retries ?? 2),
    IS_SANDBOX: "1",
  }
}
