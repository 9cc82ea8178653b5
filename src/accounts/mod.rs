//! Accounts: pages for logging in and out, for a user's own data, and for passwords.

pub mod admin;
mod forms;
mod sent_twice;
mod stale_forms;
pub mod urls;
mod views;

pub use stale_forms::stale_forms;

/// The pages below `/accounts/`, whose templates a site may replace. See
/// [`PageTemplate`](crate::pages::PageTemplate).
pub mod pages {
    pub use super::views::{
        LoggedOut, Login, LoginCode, Moment, PasswordChange, PasswordChangeDone, PasswordReset,
        PasswordResetComplete, PasswordResetConfirm, PasswordResetDone, Profile, RecoveryCodes,
        SessionLine, Sessions, Signup, TokenLine, Tokens, TwoFactor, TwoFactorOff, TwoFactorSetUp,
    };
}
