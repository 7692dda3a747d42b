/**
 * Who owns a session: the hub that may claim it from the store.
 *
 * One hub owns all sessions of its data directory. Several hubs on one store would share them out: they hand in another
 * `Ownership`, and the table asks it before each claim. The store's epoch stays the fence: whoever is wrong here loses there.
 */

/** The hub that has a session now. */
export interface Elsewhere {
  readonly hub: string
  /** Where it is reached. */
  readonly url: string
}

/** Says which hub a session belongs to. */
export interface Ownership {
  /** Asked before a session is claimed; answers once, `undefined` when this hub may claim it. */
  readonly ask: (session: string, answer: (elsewhere: Elsewhere | undefined) => void) => void
  /** This hub has claimed a session, or made it. */
  readonly taken: (session: string) => void
  /** The session has left this hub's memory: another hub may have it. */
  readonly left: (session: string) => void
}

/** Every session is this hub's. */
export const mine: Ownership = {
  ask: (_session, answer) => answer(undefined),
  taken: () => {},
  left: () => {},
}
