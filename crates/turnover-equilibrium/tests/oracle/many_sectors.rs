//! Many sectors, literally.
