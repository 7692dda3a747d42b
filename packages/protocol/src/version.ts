/** Version of the socket frames, RPC messages and HTTP contract that this build speaks (docs/protocol/rules.md, W-1). */
export const PROTOCOL_VERSION = 1

/** Version of the hub-to-runner messages that this build speaks (docs/protocol/rules.md, R-2). */
export const RUNNER_PROTOCOL_VERSION = 1

/** Version of the session record that this build writes (docs/protocol/rules.md, S-14). */
export const SESSION_RECORD_VERSION = 1

/** Header in which a request over HTTP says which version it asks for, and an answer which one it is of. */
export const VERSION_HEADER = "holdfast-version"
