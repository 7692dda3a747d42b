/**
 * Writes types out as they come to be: `{ readonly id: string; … }` in place of `typeof Session.Type`.
 *
 * A type that has a name is written by it, and comments of properties stay. What cannot be written without something of a
 * library, and `any`, are errors: whoever publishes such a type would give its readers nothing.
 */
import { SyntaxKind } from "typescript/unstable/ast"
import { SymbolFlags } from "typescript/unstable/sync"

/** `CheckFlags.Readonly` of TypeScript's checker, which its API does not name. */
const CHECKED_READONLY = 8

/** The declaration of `Json`. */
export const JSON_TYPE = `/** Any value that JSON can hold. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [name: string]: Json }`

/** An object, also an interface that extends others, which is a reference to itself. */
const isObject = (type) => type.isObjectType() && (!type.isTypeReference() || type.getTarget().id === type.id)

/** Writes the types of one program. */
export class TypePrinter {
  #checker
  /** Names by the id of their type. */
  #names
  #path = []
  /** Whether JSON was written, which holds itself and so goes by its name; see `JSON_TYPE`. */
  usesJson = false

  /** `names` are the types to be written by name: a map from `type.id`. */
  constructor(checker, names) {
    this.#checker = checker
    this.#names = names
  }

  /** The text of a type under the name `name`, which it is not written by itself. Names that it uses are put into `used`. */
  declared(type, name, used) {
    this.#path = [name]
    return this.#written(type, used, "")
  }

  #type(type, used, indent) {
    const name = this.#names.get(type.id)
    if (name !== undefined) {
      used.add(name)
      return name
    }
    return this.#written(type, used, indent)
  }

  #written(type, used, indent) {
    if (type.isUnionType()) return this.#union(type.getTypes(), used, indent)
    if (type.isIntersectionType()) return this.#intersection(type, used, indent)
    if (type.isLiteralType()) return JSON.stringify(type.value)
    if (type.isTemplateLiteralType()) return this.#checker.typeToString(type)
    if (type.isIntrinsicType()) {
      if (type.isErrorType() || type.intrinsicName === "any") this.#fail("is any")
      return type.intrinsicName
    }
    if (this.#checker.isTupleType(type)) return this.#tuple(type, used, indent)
    if (this.#checker.isArrayType(type)) {
      const [element] = this.#checker.getTypeArguments(type)
      const list = type.getSymbol()?.name === "ReadonlyArray" ? "ReadonlyArray" : "Array"
      return `${list}<${this.#type(element, used, indent)}>`
    }
    if (type.getSymbol()?.name === "Uint8Array") return "Uint8Array"
    if (isObject(type)) return this.#object(type, used, indent)
    return this.#fail(`cannot be written: ${this.#checker.typeToString(type)}`)
  }

  #union(types, used, indent) {
    const texts = new Set()
    if (types.some((type) => type.getSymbol()?.name === "JsonArray")) {
      this.usesJson = true
      texts.add("Json")
      types = types.filter((type) => type.isIntrinsicType() && type.intrinsicName === "undefined")
    }
    for (const type of types) texts.add(this.#type(type, used, indent))
    if (texts.has("true") && texts.has("false")) {
      texts.delete("true")
      texts.delete("false")
      texts.add("boolean")
    }
    return [...texts].join(" | ")
  }

  /** A brand is a means of the schemas; outside a branded string is a string. */
  #intersection(type, used, indent) {
    const kept = type.getTypes().filter((part) => part.getSymbol()?.name !== "Brand" && part.getAliasSymbol()?.name !== "Brand")
    if (kept.length > 1 && kept.every(isObject)) return this.#object(type, used, indent)
    return kept.map((part) => this.#type(part, used, indent)).join(" & ")
  }

  #tuple(type, used, indent) {
    const target = type.getTarget()
    if (target.elementFlags.some((flag) => flag !== 1)) this.#fail("is a tuple with optional elements")
    const elements = this.#checker.getTypeArguments(type).map((element) => this.#type(element, used, indent))
    return `${target.readonly ? "readonly " : ""}[${elements.join(", ")}]`
  }

  #object(type, used, indent) {
    for (const kind of [0, 1]) {
      if (this.#checker.getSignaturesOfType(type, kind).length > 0) this.#fail("can be called")
    }
    const inner = `${indent}  `
    const lines = []
    for (const info of this.#checker.getIndexInfosOfType(type)) {
      const value = this.#type(info.valueType, used, inner)
      lines.push(`${info.isReadonly ? "readonly " : ""}[name: ${this.#type(info.keyType, used, inner)}]: ${value}`)
    }
    for (const property of this.#checker.getPropertiesOfType(type)) lines.push(...this.#property(property, used, inner))
    return lines.length === 0 ? "{}" : `{\n${lines.map((line) => `${inner}${line}\n`).join("")}${indent}}`
  }

  #property(property, used, indent) {
    const optional = (property.flags & SymbolFlags.Optional) !== 0
    const written = () => property.valueDeclaration?.resolve()?.modifiers?.some(({ kind }) => kind === SyntaxKind.ReadonlyKeyword)
    const readonly = (property.checkFlags & CHECKED_READONLY) !== 0 || written() === true
    const key = /^[A-Za-z_$][\w$]*$/.test(property.name) ? property.name : JSON.stringify(property.name)
    const comment = property.getDocumentationComment(this.#checker).replace(/\s+/g, " ").trim()
    this.#path.push(key)
    const type = this.#checker.getTypeOfSymbol(property)
    const text = optional ? this.#present(type, used, indent) : this.#type(type, used, indent)
    this.#path.pop()
    const line = `${readonly ? "readonly " : ""}${key}${optional ? "?" : ""}: ${text}`
    return comment === "" ? [line] : [`/** ${comment} */`, line]
  }

  /** A property that may be missing has a type for that in its union, which looks like `undefined` and is not. */
  #present(type, used, indent) {
    const missing = (part) =>
      part.isIntrinsicType() && part.intrinsicName === "undefined" && part.id !== this.#checker.getUndefinedType().id
    if (!type.isUnionType() || !type.getTypes().some(missing) || this.#names.has(type.id)) return this.#type(type, used, indent)
    const whole = this.#checker.getNonNullableType(type)
    const others = type.getTypes().filter((part) => !missing(part))
    const isWhole = others.every((part) => !part.isIntrinsicType() || part.intrinsicName !== "undefined")
    return isWhole && whole !== undefined ? this.#type(whole, used, indent) : this.#union(others, used, indent)
  }

  #fail(why) {
    throw new Error(`the type ${this.#path.join(".")} ${why}`)
  }
}
