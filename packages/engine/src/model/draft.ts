/** A value of the model while a parser fills it in: its own fields and lists can be written. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };
