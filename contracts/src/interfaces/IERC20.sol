// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title IERC20
/// @notice What the contract calls on a token.
interface IERC20 {
    /// @notice Balance of an account.
    /// @param account Whose.
    /// @return How many it holds.
    function balanceOf(address account) external view returns (uint256);
    /// @notice Moves the caller's tokens.
    /// @param to Who gets them.
    /// @param amount How many.
    /// @return Whether they moved; some tokens answer nothing.
    function transfer(address to, uint256 amount) external returns (bool);
    /// @notice How much a spender may move for an owner.
    /// @param owner Whose tokens.
    /// @param spender Who may move them.
    /// @return How much is left.
    function allowance(address owner, address spender) external view returns (uint256);
    /// @notice Moves another's tokens by its allowance.
    /// @param from Whose.
    /// @param to Who gets them.
    /// @param amount How many.
    /// @return Whether they moved; some tokens answer nothing.
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}
