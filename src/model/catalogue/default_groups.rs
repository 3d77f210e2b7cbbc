//! The parameter groups that every account has from the start, one or two for each family.

use super::families::{Family, families};

/// What the name of every default group begins with.
const PREFIX: &str = "default.";

/// A default parameter group. It cannot be changed, reset or deleted.
#[derive(Clone, Copy, Debug)]
pub struct DefaultGroup {
    /// The family.
    pub family: &'static Family,
    /// Whether it is the family's group for cluster mode.
    pub cluster_on: bool,
}

impl DefaultGroup {
    /// The group's name: `default.redis7` or `default.redis7.cluster.on`.
    #[must_use]
    pub fn name(self) -> String {
        format!("{PREFIX}{}{}", self.family.name, self.suffix())
    }

    fn suffix(self) -> &'static str {
        if self.cluster_on { ".cluster.on" } else { "" }
    }

    /// The group's description.
    #[must_use]
    pub fn description(self) -> String {
        if self.cluster_on {
            format!("Customized default parameter group for {} with cluster mode on", self.family.name)
        } else {
            format!("Default parameter group for {}", self.family.name)
        }
    }

    /// The values that differ from those of the family, as name and value.
    #[must_use]
    pub fn overrides(self) -> &'static [(&'static str, &'static str)] {
        if self.cluster_on { &[("cluster-enabled", "yes")] } else { &[] }
    }
}

/// Every default group, sorted by name.
pub fn default_groups() -> impl Iterator<Item = DefaultGroup> {
    families().iter().flat_map(|family| {
        let cluster_on = family.cluster_mode.then_some(DefaultGroup { family, cluster_on: true });
        [DefaultGroup { family, cluster_on: false }].into_iter().chain(cluster_on)
    })
}

/// The default group of that name, in any letter case.
#[must_use]
pub fn default_group(name: &str) -> Option<DefaultGroup> {
    // Asked for with every cluster that is shown: it makes no text.
    let rest = name.split_at_checked(PREFIX.len()).filter(|(prefix, _)| prefix.eq_ignore_ascii_case(PREFIX))?.1;
    default_groups().find(|group| {
        let (family, suffix) = (group.family.name, group.suffix());
        rest.split_at_checked(family.len())
            .is_some_and(|(start, end)| start.eq_ignore_ascii_case(family) && end.eq_ignore_ascii_case(suffix))
    })
}

/// The group that a request without `CacheParameterGroupName` gets, or none when the family has no cluster mode and
/// `cluster_on` asks for it.
#[must_use]
pub fn default_group_of(family: &'static Family, cluster_on: bool) -> Option<DefaultGroup> {
    (family.cluster_mode || !cluster_on).then_some(DefaultGroup { family, cluster_on })
}

#[cfg(test)]
mod tests {
    use super::super::families::family;
    use super::*;

    #[test]
    fn every_family_has_its_groups() {
        let names: Vec<_> = default_groups().map(DefaultGroup::name).collect();
        assert_eq!(names.len(), 21);
        assert!(names.is_sorted());
        assert_eq!(names[0], "default.memcached1.4");
        for group in default_groups() {
            assert!(group.overrides().iter().all(|(name, _)| group.family.parameter(name).is_some()));
            assert_eq!(default_group(&group.name().to_uppercase()).expect("found").name(), group.name());
        }
        for name in ["", "default", "default.", "redis7", "default.redis", "default.redis7x", "defaulé.redis7"] {
            assert!(default_group(name).is_none(), "{name}");
        }
    }

    #[test]
    fn cluster_mode_has_its_own_group() {
        let redis = family("redis7").expect("known");
        let group = default_group_of(redis, true).expect("cluster mode");
        assert_eq!(group.name(), "default.redis7.cluster.on");
        assert_eq!(group.description(), "Customized default parameter group for redis7 with cluster mode on");
        assert_eq!(
            default_group_of(redis, false).expect("a group").description(),
            "Default parameter group for redis7"
        );
        assert!(default_group_of(family("redis2.8").expect("known"), true).is_none());
    }
}
