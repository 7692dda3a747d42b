/** Version of the socket frames, RPC messages and HTTP contract that this build speaks (docs/PROTOCOL.md, W-1). */
export const PROTOCOL_VERSION = 1

/** Version of the hub-to-runner messages that this build speaks (docs/PROTOCOL.md, R-2). */
export const RUNNER_PROTOCOL_VERSION = 1

/** Version of the session record that this build writes (docs/PROTOCOL.md, S-14). */
export const SESSION_RECORD_VERSION = 1
