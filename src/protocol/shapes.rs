//! The API's model as data: which parameters each operation has, and of what kind. For those who have to tell what is
//! wrong with a request before it is one; requests themselves are decoded by generated code.

use std::sync::OnceLock;

use serde::Deserialize;

/// The facts that the generated code is made of.
const MODEL: &str = include_str!("elasticache-2015-02-02.json");

/// The model.
#[derive(Deserialize)]
pub struct Shapes {
    operations: Vec<OperationShape>,
    enums: Vec<EnumShape>,
    lists: Vec<ListShape>,
    structures: Vec<StructureShape>,
}

#[derive(Deserialize)]
struct OperationShape {
    name: String,
    input: String,
}

#[derive(Deserialize)]
struct EnumShape {
    name: String,
    values: Vec<String>,
}

/// A list.
#[derive(Deserialize)]
pub struct ListShape {
    name: String,
    of: String,
    /// What stands between the list's name and the number of an entry in the names of parameters.
    pub element: String,
}

/// A structure.
#[derive(Deserialize)]
pub struct StructureShape {
    name: String,
    /// Its members, in the model's order.
    pub members: Vec<MemberShape>,
}

/// A member of a structure.
#[derive(Deserialize)]
pub struct MemberShape {
    /// Its name.
    pub name: String,
    shape: String,
    /// Whether its value must never be shown.
    #[serde(default)]
    pub sensitive: bool,
}

/// What a value has to be.
#[derive(Clone, Copy)]
pub enum Shape<'m> {
    /// Members by their names.
    Structure(&'m StructureShape),
    /// Values of one shape.
    List(&'m ListShape),
    /// One of these words.
    Enum(&'m [String]),
    /// Any text; times are some too.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number of 32 bits.
    Integer,
    /// A number.
    Double,
}

impl Shapes {
    /// The model, which is read when it is first asked for.
    ///
    /// # Panics
    /// When the model is not what this module describes, which a test would show.
    #[must_use]
    pub fn get() -> &'static Self {
        static SHAPES: OnceLock<Shapes> = OnceLock::new();
        SHAPES.get_or_init(|| serde_json::from_str(MODEL).expect("the model is what this module describes"))
    }

    /// The names of all operations.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().map(|operation| operation.name.as_str())
    }

    /// The parameters of an operation, if there is one of this name.
    #[must_use]
    pub fn input(&self, operation: &str) -> Option<&StructureShape> {
        let operation = self.operations.iter().find(|known| known.name == operation)?;
        self.structures.iter().find(|structure| structure.name == operation.input)
    }

    /// What the value of a member has to be.
    #[must_use]
    pub fn of_member(&self, member: &MemberShape) -> Shape<'_> {
        self.shape(&member.shape)
    }

    /// What the entries of a list have to be.
    #[must_use]
    pub fn of_entries(&self, list: &ListShape) -> Shape<'_> {
        self.shape(&list.of)
    }

    fn shape(&self, name: &str) -> Shape<'_> {
        match name {
            "boolean" => return Shape::Boolean,
            "integer" => return Shape::Integer,
            "double" => return Shape::Double,
            _ => {}
        }
        let structure = self.structures.iter().find(|shape| shape.name == name).map(Shape::Structure);
        let list = || self.lists.iter().find(|shape| shape.name == name).map(Shape::List);
        let words = || self.enums.iter().find(|shape| shape.name == name).map(|shape| Shape::Enum(&shape.values));
        structure.or_else(list).or_else(words).unwrap_or(Shape::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_tells_what_each_parameter_is() {
        let shapes = Shapes::get();
        assert_eq!(shapes.operations().count(), 77);
        assert!(shapes.operations().all(|operation| shapes.input(operation).is_some()));
        assert!(shapes.input("CreateCache").is_none());
        let input = shapes.input("CreateCacheCluster").expect("an operation");
        let member = |name: &str| input.members.iter().find(|member| member.name == name).expect("a member");
        assert!(matches!(shapes.of_member(member("Port")), Shape::Integer));
        assert!(matches!(shapes.of_member(member("CacheClusterId")), Shape::Text));
        assert!(matches!(shapes.of_member(member("AZMode")), Shape::Enum(words) if words.len() == 2));
        let Shape::List(tags) = shapes.of_member(member("Tags")) else { panic!("a list") };
        assert_eq!(tags.element, "Tag");
        assert!(matches!(shapes.of_entries(tags), Shape::Structure(tag) if tag.members.len() == 2));
        assert!(member("AuthToken").sensitive);
    }
}
