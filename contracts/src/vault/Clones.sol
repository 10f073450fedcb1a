// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Clones
/// @notice Proxies of 45 bytes (ERC-1167) at addresses that follow from their salt.
library Clones {
    /// @notice The code that creates a proxy of `target`.
    /// @param target Whose code the proxy runs.
    function creationCode(address target) internal pure returns (bytes memory) {
        return
            abi.encodePacked(hex"3d602d80600a3d3981f3363d3d373d3d3d363d73", target, hex"5af43d82803e903d91602b57fd5bf3");
    }

    /// @notice Where this contract's proxy with a salt stands or will stand.
    /// @param target Whose code the proxy runs.
    /// @param salt What tells the proxies of one target apart.
    function addressOf(address target, bytes32 salt) internal view returns (address) {
        bytes32 codeHash = keccak256(creationCode(target));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, codeHash)))));
    }

    /// @notice Creates it.
    /// @param target Whose code the proxy runs.
    /// @param salt What tells the proxies of one target apart.
    /// @return made Where it stands.
    function create(address target, bytes32 salt) internal returns (address made) {
        bytes memory code = creationCode(target);
        assembly ("memory-safe") {
            made := create2(0, add(code, 0x20), mload(code), salt)
        }
        if (made == address(0)) revert CreationFailed(target, salt);
    }

    /// @notice The chain did not create the proxy.
    /// @param target Whose code the proxy runs.
    /// @param salt What tells the proxies of one target apart.
    error CreationFailed(address target, bytes32 salt);
}
