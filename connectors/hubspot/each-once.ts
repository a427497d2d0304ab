/** The items of an answer, each once and in the order of the first mention: that HubSpot names nothing twice is documented nowhere. */
export function eachOnce<Item>(items: readonly Item[], nameOf: (item: Item) => string): readonly Item[] {
  return [...new Map(items.map((item) => [nameOf(item), item])).values()];
}
