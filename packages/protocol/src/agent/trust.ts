/**
 * Trust of directories: what a directory brings that an agent would run, and whether a person trusts it
 * (docs/protocol/rules.md, A-30 to A-33).
 */
import * as Schema from "effect/Schema"
import { wellFormed, withoutNul } from "../text.ts"

/** A file or directory that agents read. `what` is for people; `runs` when it can start something or allow something. */
export const BroughtFile = Schema.Struct({ path: Schema.String, what: Schema.String, runs: Schema.Boolean }).annotate({
  identifier: "BroughtFile",
})
export type BroughtFile = typeof BroughtFile.Type

/**
 * How a directory stands: a person trusts it, refused it, or is to be asked (`waiting`); `unneeded` when it brings nothing
 * that runs.
 */
export const TrustState = Schema.Literals(["trusted", "refused", "waiting", "unneeded"])
export type TrustState = typeof TrustState.Type

/** The directory of an agent's session, without links, as it was found when its agent was last to start. */
export const DirectoryTrust = Schema.Struct({
  directory: Schema.String,
  state: TrustState,
  brings: Schema.Array(BroughtFile),
}).annotate({ identifier: "DirectoryTrust" })
export type DirectoryTrust = typeof DirectoryTrust.Type

/** The directory in a session's record: while it waits, since when (epoch milliseconds) and, unless a decision was taken back, with which event. */
export const SessionTrust = Schema.Struct({
  ...DirectoryTrust.fields,
  askedAt: Schema.optionalKey(Schema.Finite),
  seq: Schema.optionalKey(Schema.Int),
}).annotate({ identifier: "SessionTrust" })
export type SessionTrust = typeof SessionTrust.Type

/** What a person said about a directory; it holds for everything below that has no word of its own. */
export const TrustedDirectory = Schema.Struct({
  directory: Schema.String,
  trusted: Schema.Boolean,
  by: Schema.String,
  at: Schema.Finite,
}).annotate({ identifier: "TrustedDirectory" })
export type TrustedDirectory = typeof TrustedDirectory.Type

const Path = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(4096), wellFormed, withoutNul)

/** Body of `POST /api/trust`. With `unlessDecided` the decision that holds already stays, and is the answer. */
export const SetTrust = Schema.Struct({
  directory: Path,
  trusted: Schema.Boolean,
  unlessDecided: Schema.optionalKey(Schema.Boolean.annotate({ default: false })),
}).annotate({ identifier: "SetTrust" })
export type SetTrust = typeof SetTrust.Type

/** Body of `POST /api/trust/revoke`. */
export const RevokeTrust = Schema.Struct({ directory: Path }).annotate({ identifier: "RevokeTrust" })

/** Body of `POST /api/trust/look`; without an agent the default one. */
export const LookAtDirectory = Schema.Struct({ directory: Path, agent: Schema.optionalKey(Schema.String) }).annotate({
  identifier: "LookAtDirectory",
})
export type LookAtDirectory = typeof LookAtDirectory.Type

/** A directory that waits for a person's word, with the sessions that are in it. */
export const WaitingDirectory = Schema.Struct({
  directory: Schema.String,
  brings: Schema.Array(BroughtFile),
  sessions: Schema.Array(Schema.Struct({ session: Schema.String, label: Schema.String, agent: Schema.String })),
}).annotate({ identifier: "WaitingDirectory" })
export type WaitingDirectory = typeof WaitingDirectory.Type

/** Answer of `GET /api/trust`. */
export const TrustList = Schema.Struct({
  directories: Schema.Array(TrustedDirectory),
  waiting: Schema.Array(WaitingDirectory),
}).annotate({ identifier: "TrustList" })
export type TrustList = typeof TrustList.Type
