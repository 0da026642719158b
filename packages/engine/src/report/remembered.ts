/** A text of an object that is printed again and again, made once. The object must not change, nor be kept alive by this. */
export function remembered<K extends object, V>(make: (object: K) => V): (object: K) => V {
  const made = new WeakMap<K, V>();
  return (object) => {
    const known = made.get(object);
    if (known !== undefined) return known;
    const value = make(object);
    made.set(object, value);
    return value;
  };
}
