//! What the generated enums have in common: a fixed set of words on the wire.

/// An enum whose variants are words of the API.
pub trait WireEnum: Copy + 'static {
    /// Every variant with its word, in the model's order.
    const VARIANTS: &'static [(&'static str, Self)];

    /// The word on the wire.
    fn as_str(self) -> &'static str;

    /// The variant of this word. Case matters, as in the API.
    fn from_wire(word: &str) -> Option<Self> {
        Self::VARIANTS.iter().find(|(name, _)| *name == word).map(|(_, variant)| *variant)
    }
}
