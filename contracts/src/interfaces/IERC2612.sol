// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title IERC2612
/// @notice An allowance by signature.
interface IERC2612 {
    /// @notice Sets an allowance by the owner's signature.
    /// @param owner Whose tokens.
    /// @param spender Who may move them.
    /// @param value How many.
    /// @param deadline Last timestamp at which this may be submitted.
    /// @param v Of the owner's signature.
    /// @param r Of the owner's signature.
    /// @param s Of the owner's signature.
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
}
