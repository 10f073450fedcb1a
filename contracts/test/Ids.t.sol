// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, VirtualTerms } from "../src/interfaces/SluiceTypes.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

contract IdsTest is Fixture {
    function testFuzz_channelIdIsTheTypedDataDigest(ChannelTerms memory t) public view {
        assertEq(sluice.channelId(t), Reference.channelId(address(sluice), t));
    }

    function testFuzz_virtualIdIsTheTypedDataDigest(VirtualTerms memory t) public view {
        assertEq(sluice.virtualId(t), Reference.virtualId(address(sluice), t));
    }

    function test_domain() public {
        assertEq(sluice.domainSeparator(), Reference.domain(address(sluice)));
        vm.chainId(314_159);
        assertEq(sluice.domainSeparator(), Reference.domain(address(sluice)));
    }

    function test_idsFollowTheChain() public {
        bytes32 before = sluice.channelId(nativeTerms());
        vm.chainId(314);
        assertEq(sluice.channelId(nativeTerms()), Reference.channelId(address(sluice), nativeTerms()));
        assertTrue(before != sluice.channelId(nativeTerms()));
    }

    function test_eip712DomainDescribesIt() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address at,
            bytes32 salt,
            uint256[] memory extensions
        ) = sluice.eip712Domain();
        assertEq(fields, bytes1(0x0f));
        assertEq(name, "Sluice");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(at, address(sluice));
        assertEq(salt, bytes32(0));
        assertEq(extensions.length, 0);
    }
}
