/** A row of the table of events: what one type of event says, in every version that was ever written. */
import { type Codec, fields, type FieldsOf, type Shape } from "./codec.ts"

/** Data of an event as parsed JSON, of any version. */
export type RawData = Readonly<Record<string, unknown>>

/** Makes data of the next version from data of one version. Total: it takes any object. */
export type Upcast = (data: RawData) => RawData

/** One type of event. */
export interface EventRow<out A = unknown, out C extends Cuts = Cuts> {
  /** The data that this version writes. What it does not name is kept, and means nothing to this version. */
  readonly data: Codec<A>
  /** `upcasts[n]` makes data of version n + 2 from data of version n + 1. */
  readonly upcasts: ReadonlyArray<Upcast>
  /** Texts that people or agents choose and that whoever writes the event may cut, by their path. */
  readonly cut: C
}

/** Most characters of texts, by the path of each in the data. */
export type Cuts = Readonly<Record<string, number>>

/** What a row says beside the data. */
export interface RowOptions<C extends Cuts> {
  readonly upcasts?: ReadonlyArray<Upcast>
  readonly cut?: C
}

/** A row whose data has a description of its own. */
export function eventOf<A, const C extends Cuts = Record<never, never>>(
  data: Codec<A>,
  { upcasts = [], cut }: RowOptions<C> = {},
): EventRow<A, C> {
  return { data, upcasts, cut: cut ?? ({} as C) }
}

/** A row whose data has these fields. */
export function event<S extends Shape, const C extends Cuts = Record<never, never>>(
  shape: S,
  options: RowOptions<C> = {},
): EventRow<FieldsOf<S>, C> {
  return eventOf(fields(shape), options)
}

/** The version of the data that this program writes; the first is 1. */
export function versionOf({ upcasts }: EventRow): number {
  return upcasts.length + 1
}
