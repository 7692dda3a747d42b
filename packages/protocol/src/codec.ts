/**
 * Codecs: one description of a form of JSON, from which its type, its check and its reading follow.
 *
 * `is` looks at a value in place and copies nothing; fields that a description does not name are let through. `read` makes
 * a copy of what is described and drops the rest. Both take values that `JSON.parse` made. A schema of Effect does more
 * (defaults, transformations, messages for people); these are for what is read thousands of times a second.
 */

import { headOf } from "./text-cut.ts"

/** A description of values of type `A`. */
export interface Codec<out A> {
  /** What it describes, in words, as in "is not a whole number". */
  readonly words: string
  /** What it is made of, for those who make values of it. */
  readonly form: Form
  /** True when what is read is the value itself. */
  readonly asIs: boolean
  readonly is: (value: unknown) => boolean
  /** Throws `CodecMalformed`; `where` is what the value is called in its message. */
  readonly read: (value: unknown, where: string) => A
}

/** A field that may be absent. */
export interface Maybe<out A> {
  readonly maybe: Codec<A>
}

/** The fields of an object. */
export type Shape = Readonly<Record<string, Codec<unknown> | Maybe<unknown>>>

/** What a codec is made of. */
export type Form =
  | { readonly kind: "text" | "number" | "whole" | "flag" | "yes" | "anything" }
  | { readonly kind: "one of"; readonly words: ReadonlyArray<string> }
  | { readonly kind: "list" | "record"; readonly of: Codec<unknown> }
  | { readonly kind: "fields" | "part"; readonly shape: Shape }
  | { readonly kind: "variants"; readonly of: ReadonlyArray<Codec<unknown>> }

/** The type of an object with these fields. */
export type FieldsOf<S> = Flat<
  { readonly [K in keyof S as S[K] extends Maybe<unknown> ? never : K]: S[K] extends Codec<infer A> ? A : never } & {
    readonly [K in keyof S as S[K] extends Maybe<unknown> ? K : never]?: S[K] extends Maybe<infer A> ? A : never
  }
>

type Flat<A> = { [K in keyof A]: A[K] }

/** The type that a codec describes. */
export type TypeOf<C> = C extends Codec<infer A> ? A : never

/** A value that is not what its codec describes: where, and what it is not. */
export class CodecMalformed extends Error {
  readonly _tag = "CodecMalformed"
}

function simple<A>(words: string, form: Form, is: (value: unknown) => boolean): Codec<A> {
  const read = (value: unknown, where: string): A => {
    if (!is(value)) throw new CodecMalformed(`${where} is not ${words}`)
    return value as A
  }
  return { words, form, asIs: true, is, read }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Text. */
export const text = simple<string>("text", { kind: "text" }, (value) => typeof value === "string")

/** A finite number. */
export const number = simple<number>("a number", { kind: "number" }, (value) => Number.isFinite(value))

/** A whole number from 0 to 2^53 - 1. */
export const whole = simple<number>(
  "a whole number",
  { kind: "whole" },
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
)

/** True or false. */
export const flag = simple<boolean>("true or false", { kind: "flag" }, (value) => typeof value === "boolean")

/** True; false is said by leaving the field out. */
export const yes = simple<true>("true", { kind: "yes" }, (value) => value === true)

/** Any value of JSON, as it came. */
export const anything = simple<unknown>("a value", { kind: "anything" }, (value) => value !== undefined)

/** One of these words and no other. */
export function oneOf<const W extends ReadonlyArray<string>>(...words: W): Codec<W[number]> {
  const known: ReadonlySet<unknown> = new Set(words)
  return simple(
    words.map((word) => JSON.stringify(word)).join(" or "),
    { kind: "one of", words },
    words.length === 1 ? (value) => value === words[0] : (value) => known.has(value),
  )
}

/** A word of a vocabulary that grows: this version writes those of `A` and lets others through. */
export function word<A extends string>(): Codec<A> {
  return text as Codec<string> as Codec<A>
}

/** A list, each item as described. */
export function list<A>(of: Codec<A>): Codec<ReadonlyArray<A>> {
  const words = `a list of ${of.words}`
  const isAny = of === (anything as Codec<unknown>)
  const is = isAny ? Array.isArray : (value: unknown): boolean => Array.isArray(value) && value.every(of.is)
  return {
    words,
    form: { kind: "list", of },
    asIs: of.asIs,
    is,
    read: (value, where) => {
      if (of.asIs ? !is(value) : !Array.isArray(value)) throw new CodecMalformed(`${where} is not ${words}`)
      const items = value as ReadonlyArray<unknown>
      return of.asIs ? (items as ReadonlyArray<A>) : items.map((item) => of.read(item, where))
    },
  }
}

/** An object of any keys, without a prototype, each value as described. */
export function record<A>(of: Codec<A>): Codec<Readonly<Record<string, A>>> {
  const words = `an object of ${of.words}`
  return {
    words,
    form: { kind: "record", of },
    asIs: false,
    is: (value) => isObject(value) && Object.values(value).every(of.is),
    read: (value, where) => {
      if (!isObject(value)) throw new CodecMalformed(`${where} is not ${words}`)
      const copy: Record<string, A> = Object.create(null)
      for (const key of Object.keys(value)) copy[key] = of.read(value[key], key)
      return copy
    },
  }
}

/** A field that may be absent; one that is there is as described. */
export function maybe<A>(codec: Codec<A>): Maybe<A> {
  return { maybe: codec }
}

interface Field {
  readonly name: string
  readonly codec: Codec<unknown>
  readonly optional: boolean
}

const fieldsOf = (shape: Shape): ReadonlyArray<Field> =>
  Object.entries(shape).map(([name, field]) =>
    "maybe" in field ? { name, codec: field.maybe, optional: true } : { name, codec: field, optional: false },
  )

function areFields(fields: ReadonlyArray<Field>, value: unknown): boolean {
  if (!isObject(value)) return false
  for (const { name, codec, optional } of fields) {
    const field = value[name]
    if (field === undefined ? !optional : !codec.is(field)) return false
  }
  return true
}

/** An object of these fields; `read` drops what is not named. */
export function fields<S extends Shape>(shape: S): Codec<FieldsOf<S>> {
  const all = fieldsOf(shape)
  return {
    words: "an object",
    form: { kind: "fields", shape },
    asIs: false,
    is: (value) => areFields(all, value),
    read: (value, where) => {
      if (!isObject(value)) throw new CodecMalformed(`${where} is not an object`)
      const copy: Record<string, unknown> = {}
      for (const { name, codec, optional } of all) {
        const field = value[name]
        if (field !== undefined || !optional) copy[name] = codec.read(field, name)
      }
      return copy as FieldsOf<S>
    },
  }
}

/** What is known of the fields of an object of type `A` that is described elsewhere. */
export type PartOf<A> = { readonly [K in keyof A]?: Codec<unknown> | Maybe<unknown> }

/** An object of type `A` that is passed on as it came: only the fields that are named are looked at. */
export function part<A>(shape: PartOf<A> & Shape): Codec<A> {
  const all = fieldsOf(shape)
  return simple("an object as described", { kind: "part", shape }, (value) => areFields(all, value))
}

/** An object with a tag, as one of several descriptions; each has the tag's word as a `oneOf` of one. */
export function variants<const C extends ReadonlyArray<Codec<object>>>(tag: string, ...of: C): Codec<TypeOf<C[number]>> {
  const byWord = new Map<unknown, Codec<object>>()
  for (const codec of of) for (const known of wordsOf(codec, tag)) byWord.set(known, codec)
  const find = (value: unknown): Codec<object> | undefined => (isObject(value) ? byWord.get(value[tag]) : undefined)
  return {
    words: `an object whose ${tag} is known`,
    form: { kind: "variants", of },
    asIs: false,
    is: (value) => find(value)?.is(value) === true,
    read: (value, where) => {
      const codec = find(value)
      if (codec !== undefined) return codec.read(value, where) as TypeOf<C[number]>
      if (!isObject(value)) throw new CodecMalformed(`${where} is not an object`)
      const found = value[tag]
      if (typeof found !== "string") throw new CodecMalformed(`${where}: ${tag} is not text`)
      throw new CodecMalformed(`${where}: ${tag} ${JSON.stringify(headOf(found, SHOWN_MAX))} is not known`)
    },
  }
}

/** Longest piece of a foreign value in a message, in characters. */
const SHOWN_MAX = 40

/** The words that a tag has in what a codec describes. */
function wordsOf({ form }: Codec<unknown>, tag: string): ReadonlyArray<string> {
  if (form.kind === "variants") return form.of.flatMap((codec) => wordsOf(codec, tag))
  const field = form.kind === "fields" ? form.shape[tag] : undefined
  if (field === undefined || "maybe" in field || field.form.kind !== "one of") throw new Error(`a variant has no ${tag}`)
  return field.form.words
}
