//! Typed indices: a record cannot be looked up where a frame is meant.

use std::marker::PhantomData;

/// An index into one kind of vector.
pub trait Id: Copy {
    /// The id of the element at `index`.
    fn from_index(index: usize) -> Self;
    /// The position of the element.
    fn index(self) -> usize;
}

/// Declares id types.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $crate::ids::Id for $name {
            fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A source file of the project.
    FileId;
    /// A declared record.
    RecordId;
    /// A closed set of values, named or written in a column.
    ChoiceId;
    /// A unit that the plan declares.
    UnitId;
    /// A set of rows that columns stand on.
    FrameId;
    /// A schedule of periods.
    ScheduleId;
    /// A column of data, of a credit, or of a definition.
    ColumnId;
    /// A node of an expression, unique within a plan.
    ExprId;
    /// A table of rates.
    RatesId;
    /// A credit rule.
    RuleId;
    /// An `ensure`.
    EnsureId;
}

/// A vector addressed by its own kind of id. Ids are made by [`IdVec::push`] only, so they are
/// always inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdVec<I, T> {
    items: Vec<T>,
    kind: PhantomData<I>,
}

impl<I, T> Default for IdVec<I, T> {
    fn default() -> Self {
        Self { items: Vec::new(), kind: PhantomData }
    }
}

impl<I: Id, T> IdVec<I, T> {
    /// An empty vector.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends an element and returns its id.
    pub fn push(&mut self, item: T) -> I {
        let id = I::from_index(self.items.len());
        self.items.push(item);
        id
    }

    /// The id that the next [`IdVec::push`] returns.
    pub fn next_id(&self) -> I {
        I::from_index(self.items.len())
    }

    /// The element of an id made by this vector.
    #[expect(clippy::indexing_slicing, reason = "ids are made by push alone and nothing is removed")]
    pub fn at(&self, id: I) -> &T {
        &self.items[id.index()]
    }

    /// The element of an id made by this vector, to change.
    #[expect(clippy::indexing_slicing, reason = "ids are made by push alone and nothing is removed")]
    pub fn at_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.index()]
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The elements in order of their ids.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// The elements with their ids.
    pub fn pairs(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.items.iter().enumerate().map(|(index, item)| (I::from_index(index), item))
    }

    /// All ids in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        (0..self.items.len()).map(I::from_index)
    }
}

impl<I: Id, T> FromIterator<T> for IdVec<I, T> {
    fn from_iter<S: IntoIterator<Item = T>>(items: S) -> Self {
        Self { items: items.into_iter().collect(), kind: PhantomData }
    }
}
